"""Doors of the SMS gateway."""

from __future__ import annotations

from contracts.sms_gateway import SmsGateway

from ..door import Door

DOORS = (
    Door("POST", "/sms/measure", SmsGateway, "measure"),
    Door("POST", "/sms/foresee", SmsGateway, "foresee"),
    Door("GET", "/sms/opt-outs", SmsGateway, "list_opt_outs"),
    Door("DELETE", "/sms/opt-outs", SmsGateway, "lift_opt_out"),
    Door("GET", "/sms/sent", SmsGateway, "list_sent"),
    Door("GET", "/sandbox/phones", SmsGateway, "sandbox_phones"),
    Door("GET", "/sandbox/texts", SmsGateway, "sandbox_texts"),
    Door("POST", "/sandbox/texts", SmsGateway, "sandbox_text", 201),
    Door("POST", "/sandbox/texts/{id}/deliver", SmsGateway, "sandbox_deliver"),
)
