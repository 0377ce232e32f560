"""x"""

from flask import Blueprint

x = Blueprint("x", __name__)
