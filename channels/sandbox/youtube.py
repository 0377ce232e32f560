"""youtube"""

from flask import Blueprint

youtube = Blueprint("youtube", __name__)
