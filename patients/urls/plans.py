"""Addresses of vital signs, plans, goals, follow-ups and flags."""

from django.urls import path

from patients.views import flags, plans, tasks, vitals

urlpatterns = [
    path("patients/<uuid:patient_id>/vitals/", vitals.vitals, name="vitals"),
    path("observations/<uuid:observation_id>/sign/", vitals.sign, name="sign"),
    path("patients/<uuid:patient_id>/plans/", plans.plans_page, name="plans"),
    path("patients/<uuid:patient_id>/plans/new/", plans.plan_new, name="plan-new"),
    path("care-plans/<uuid:plan_id>/edit/", plans.plan_edit, name="plan-edit"),
    path("care-plans/<uuid:plan_id>/end/<slug:how>/", plans.plan_end, name="plan-end"),
    path("patients/<uuid:patient_id>/goals/new/", plans.goal_new, name="goal-new"),
    path("goals/<uuid:goal_id>/edit/", plans.goal_edit, name="goal-edit"),
    path("goals/<uuid:goal_id>/end/<slug:how>/", plans.goal_end, name="goal-end"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("patients/<uuid:patient_id>/follow-ups/new/", tasks.follow_up_new, name="follow-up-new"),
    path("follow-ups/<uuid:task_id>/edit/", tasks.follow_up_edit, name="follow-up-edit"),
    path("follow-ups/<uuid:task_id>/end/<slug:how>/", tasks.follow_up_end, name="follow-up-end"),
    path("follow-ups/<uuid:task_id>/step/<slug:how>/", tasks.follow_up_step, name="follow-up-step"),
    path("patients/<uuid:patient_id>/flags/", flags.flags_page, name="flags"),
    path("flags/<uuid:flag_id>/end/", flags.flag_end, name="flag-end"),
]
