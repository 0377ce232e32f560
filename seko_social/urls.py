"""The addresses of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.passkey_views import MakePasskey
from accounts.views import choose_language
from seko_social import views

# The admin's own form asks for a password alone: a way around the second step, and around the count of attempts.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler400 = "seko_social.refusals.bad_request"

urlpatterns = [
    path("", views.home, name="home"),
    path("favicon.ico", views.mark),
    path("", include("posts.urls")),
    path("", include("accounts.urls")),
    path("granska/", include("approvals.urls")),
    path("", include("seko_social.status_urls")),
    path("", include("seko_social.shell_urls")),
    path("kanaler/", include("channels.urls")),
    path("logg/", include("audit.urls")),
    # An address comes with the invitation: nobody changes it here, so those pages of the library lead home.
    re_path(r"^konto/(?:email|confirm-email)/", RedirectView.as_view(pattern_name="accounts:me")),
    path("konto/2fa/webauthn/add/", MakePasskey.as_view()),
    path("konto/", include("allauth.urls")),
    path("sprak/", choose_language, name="set_language"),
    path("admin/", admin.site.urls),
]
