"""facebook"""

from flask import Blueprint

facebook = Blueprint("facebook", __name__)
