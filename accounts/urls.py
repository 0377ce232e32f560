"""The addresses of one's account, what one was told, and the policy."""

from django.urls import path

from accounts import attestation_views, duty_views, people_views, policy_views, push_views, views

app_name = "accounts"
urlpatterns = [
    path("mer/", views.me, name="me"),
    path("aviseringar/", views.notices, name="notices"),
    path("aviseringar/<int:notice_id>/", views.notice, name="notice"),
    path("aviseringar/lasta/", views.read_all, name="read_all"),
    path("aviseringar/telefon/", push_views.subscribe, name="subscribe"),
    path("aviseringar/telefon/bort/", push_views.unsubscribe, name="unsubscribe"),
    path("mer/fotofragan/", views.ask_about_site, name="ask_about_site"),
    path("mer/nya-inlagg/", views.hear_of_submissions, name="hear_of_submissions"),
    path("jour/", duty_views.rota, name="rota"),
    path("jour/ny/", duty_views.add, name="add_duty"),
    path("jour/<int:duty_id>/", duty_views.change, name="change_duty"),
    path("jour/<int:duty_id>/bort/", duty_views.take_away, name="take_away_duty"),
    path("policy/", policy_views.policy, name="policy"),
    path("policy/last/", policy_views.acknowledge, name="acknowledge_policy"),
    path("policy/skriv/", policy_views.write, name="write_policy"),
    path("sidor-och-grupper/", attestation_views.likes, name="likes"),
    path("manniskor/", people_views.people, name="people"),
    path("manniskor/<int:person_id>/", people_views.person, name="person"),
    path("inbjudan/<int:invitation_id>/skicka-igen/", people_views.send_again, name="send_invitation_again"),
    path("inbjudan/<int:invitation_id>/dra-tillbaka/", people_views.revoke, name="revoke_invitation"),
    path("inbjudan/<str:token>/", people_views.accept, name="accept_invitation"),
    path("valkommen/", people_views.welcome, name="welcome"),
    path("policy/<int:number>/", policy_views.earlier, name="earlier_policy"),
]
