"""The registry of connectors. What is done by hand has none."""

from channels.adapters.bluesky.connecting import BlueskyConnector
from channels.adapters.connector import Connector
from channels.adapters.facebook.connecting import FacebookConnector
from channels.adapters.mastodon.connecting import MastodonConnector
from channels.adapters.x.connecting import XConnector
from channels.adapters.youtube.connecting import YouTubeConnector

CONNECTORS: dict[str, type[Connector]] = {
    connector.platform: connector
    for connector in (FacebookConnector, XConnector, YouTubeConnector, MastodonConnector, BlueskyConnector)
}
