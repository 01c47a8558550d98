"""Signing in and out, one's own account, and tokens for programs."""

from django.contrib.auth import views as auth
from django.urls import path

from accounts import views
from accounts.clients import views as clients
from accounts.sign_in import account_views as mine
from accounts.sign_in import views as door

urlpatterns = [
    path("sign-in/", door.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", door.second_factor, name="second-factor"),
    path("sign-out/", door.SignOut.as_view(), name="sign-out"),
    path("lock/", views.lock_screen, name="lock"),
    path("unlock/", views.unlock_screen, name="unlock"),
    path("awake/", views.awake, name="awake"),
    path("account/", views.account, name="account"),
    path("account/here/", views.still_here, name="still-here"),
    path("account/password/", mine.ChangePassword.as_view(), name="password-change"),
    path(
        "account/password/done/",
        auth.PasswordChangeDoneView.as_view(),
        name="password-change-done",
    ),
    path("account/second-factor/app/", mine.app, name="second-factor-app"),
    path("account/second-factor/passkey/", mine.passkey_add, name="passkey-add"),
    path("account/second-factor/codes/", mine.recovery_codes, name="recovery-codes"),
    path(
        "account/second-factor/<int:factor_id>/remove/",
        mine.factor_remove,
        name="second-factor-remove",
    ),
    path("account/sessions/end/", mine.sessions_end, name="sessions-end"),
    path("oauth/token", clients.token, name="oauth-token"),
    path("oauth/revoke", clients.revoke, name="oauth-revoke"),
    path("oauth/introspect", clients.introspect, name="oauth-introspect"),
]
