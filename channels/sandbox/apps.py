"""The applications "registered" at the make-believe platforms: their id and their secret, known to everybody."""

APPS = {
    "facebook": ("100200300400500", "ovning-facebook-hemlighet"),
    "x": ("b3ZuaW5nLXgtY2xpZW50", "ovning-x-hemlighet"),
    "youtube": ("ovning.apps.googleusercontent.com", "ovning-google-hemlighet"),
}
