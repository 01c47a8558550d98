"""Signing in and out, one's own account, and tokens for programs."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import views
from accounts.clients import views as clients

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", auth.LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("lock/", views.lock_screen, name="lock"),
    path("unlock/", views.unlock_screen, name="unlock"),
    path("awake/", views.awake, name="awake"),
    path("account/", views.account, name="account"),
    path(
        "account/password/",
        auth.PasswordChangeView.as_view(success_url="/account/password/done/"),
        name="password-change",
    ),
    path(
        "account/password/done/",
        auth.PasswordChangeDoneView.as_view(),
        name="password-change-done",
    ),
    path("oauth/token", clients.token, name="oauth-token"),
    path("oauth/revoke", clients.revoke, name="oauth-revoke"),
    path("oauth/introspect", clients.introspect, name="oauth-introspect"),
]
