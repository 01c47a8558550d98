"""Addresses of orders, results, imaging and the inbox."""

from django.urls import path

from patients.views import imaging, inbox, orders, results

urlpatterns = [
    path("patients/<uuid:patient_id>/results/", results.patient_results, name="results"),
    path(
        "patients/<uuid:patient_id>/results/table/",
        results.patient_results_table,
        name="results-table",
    ),
    path("observations/<uuid:observation_id>/test/", results.result_test, name="result-test"),
    path(
        "observations/<uuid:observation_id>/correct/",
        results.result_correct,
        name="result-correct",
    ),
    path("reports/<uuid:report_id>/", results.report, name="report"),
    path("reports/<uuid:report_id>/correct/", results.report_correct, name="report-correct"),
    path("patients/<uuid:patient_id>/imaging/", imaging.patient_imaging, name="imaging"),
    path("patients/<uuid:patient_id>/imaging/new/", imaging.imaging_new, name="imaging-new"),
    path("studies/<uuid:study_id>/", imaging.imaging_study, name="imaging-study"),
    path("patients/<uuid:patient_id>/orders/", orders.patient_orders, name="orders"),
    path("patients/<uuid:patient_id>/orders/new/", orders.order_new, name="order-new"),
    path("orders/<uuid:order_id>/", orders.order, name="order"),
    path("orders/<uuid:order_id>/revoke/", orders.order_revoke, name="order-revoke"),
    path("orders/<uuid:order_id>/specimen/", orders.order_collect, name="order-collect"),
    path("orders/<uuid:order_id>/result/", orders.order_result, name="order-result"),
    path("orders/<uuid:order_id>/report/", orders.order_report, name="order-report"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/away/", inbox.inbox_cover, name="inbox-cover"),
    path("inbox/away/<int:cover_id>/end/", inbox.inbox_back, name="inbox-back"),
    path("inbox/<uuid:item_id>/", inbox.inbox_item, name="inbox-item"),
    path("inbox/<uuid:item_id>/<str:step>/", inbox.inbox_step, name="inbox-step"),
]
