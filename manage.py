#!/usr/bin/env python
"""Django's command line for Seko Social."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seko_social.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the administrator's to mend: its sentence helps, our call stack does not.
        if "--traceback" in sys.argv:
            raise
        sys.exit(str(error))
