"""From a new customer to a line in use, over the Python SDK alone. test/long/sdk.test.ts runs it;
by hand, against `make up`, with the SDK installed (docs/SDKS.md):

    BSS_TOKEN=… python order_to_activate.py

SDK_ADDRESSES, a JSON object of base addresses by module, is for stacks that listen elsewhere.
"""

import json
import os
import threading
import time
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

from bss_cli_sdk import crm, payment, tmf622, tmf629, tmf635, tmf638, tmf676, tmf678
from bss_cli_sdk.tmf622.listener import Listener

TOKEN = os.environ.get("BSS_TOKEN", "")
ADDRESSES = json.loads(os.environ.get("SDK_ADDRESSES", "{}"))


def connect(module):
    """A client of a module; without a host it takes the usual port on this machine."""
    host = ADDRESSES.get(module.__name__.split(".")[-1])
    return module.ApiClient(module.Configuration(host=host, api_key={"ApiToken": TOKEN}))


def until(what, ask, is_it):
    """Asks until the answer is the one that is waited for, 20 s at most."""
    for _ in range(200):
        answer = ask()
        if is_it(answer):
            return answer
        time.sleep(0.1)
    raise TimeoutError(f"{what} did not come about")


class Orders(Listener):
    """What is done with notifications of product orders."""

    def __init__(self):
        self.heard = []

    def product_order_state_change_event(self, event):
        self.heard.append(event)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204 if listener.receive(body) else 404)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing: standard output is for the result."""


# A customer, who may not order yet.
customer_api = tmf629.CustomerApi(connect(tmf629))
customer = customer_api.create_customer(tmf629.CustomerCreate(
    name="Bo Tan",
    engaged_party=tmf629.RelatedParty(id="Bo Tan", name="Bo Tan", at_referred_type="Individual"),
    contact_medium=[tmf629.ContactMedium(
        medium_type="email", preferred=True, characteristic=tmf629.MediumCharacteristic(email_address="bo.py@example.sg"),
    )],
))

order_api = tmf622.ProductOrderApi(connect(tmf622))
wanted = tmf622.ProductOrderCreate(
    product_order_item=[tmf622.ProductOrderItem(
        id="1", action="add", quantity=1, product_offering=tmf622.ProductOfferingRef(id="PLAN_S"),
    )],
    related_party=[tmf622.RelatedParty(id=customer.id, role="customer", at_referred_type="Customer")],
)
try:
    order_api.create_product_order(wanted)
    raise AssertionError("an order without an identity and a card was taken")
except tmf622.ApiException as error:
    if error.status != 422:
        raise
    refused = error.data  # the decoded body

# Identity and card are operations of our own.
crm.KycApi(connect(crm)).attest_kyc(customer.id, crm.KycAttestation(
    provider="prebaked", attestation_token="ok", document_type="national_id", document_number="S7654321P", document_country="SG",
    date_of_birth=date(1990, 12, 31),
))
payment.PaymentMethodApi(connect(payment)).create_payment_method(payment.PaymentMethodCreate(
    customer_id=customer.id, token="tok_visa_4242_8c31b7d9405ae216", brand="visa", last4="4242", exp_month=12, exp_year=2049, make_default=True,
))

# A subscriber hears what becomes of the order.
listener = Orders()
server = HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
hubs = tmf622.EventsSubscriptionApi(connect(tmf622))
hub = hubs.register_listener(tmf622.EventSubscriptionInput(
    callback=f"http://127.0.0.1:{server.server_port}", query="eventType=ProductOrderStateChangeEvent",
))

# The order: sent twice under one key, placed once.
placed = order_api.create_product_order(wanted, idempotency_key=f"order-{customer.id}")
again = order_api.create_product_order(wanted, idempotency_key=f"order-{customer.id}")
order = until(f"{placed.id} completed", lambda: order_api.retrieve_product_order(placed.id), lambda one: one.state == "completed")

# What the order has made: one page of the list, and how many match in all.
service_api = tmf638.ServiceApi(connect(tmf638))
page = service_api.list_service_with_http_info(related_party_id=customer.id, state="active", sort="id", limit=1)
service = service_api.retrieve_service(page.data[0].id)
msisdn = next(one.value for one in service.service_characteristic if one.name == "msisdn")

# The line is used, and the use is rated.
usage_api = tmf635.UsageApi(connect(tmf635))
characteristics = {
    "msisdn": msisdn, "eventType": "data", "quantity": 300 * 1024 * 1024, "unit": "byte", "roaming": False,
    "rawCdrRef": f"cdr-{order.id}", "source": "sdk",
}
reported = usage_api.create_usage(tmf635.UsageCreate(
    usage_date=order.completion_date, usage_type="data", usage_specification=tmf635.UsageSpecificationRef(id="USPEC_DATA"),
    usage_characteristic=[tmf635.UsageCharacteristic(name=name, value=value) for name, value in characteristics.items()],
))
usage = until("usage billed", lambda: usage_api.retrieve_usage(reported.id), lambda one: one.status == "billed")

# It was paid, and there is a receipt.
bill_api = tmf678.CustomerBillApi(connect(tmf678))
bill = until("a bill", lambda: bill_api.list_customer_bill(related_party_id=customer.id), lambda rows: len(rows) > 0)[0]
paid = tmf676.PaymentApi(connect(tmf676)).retrieve_payment(bill.applied_payment[0].payment.id)

patched = customer_api.patch_customer(customer.id, tmf629.CustomerUpdate(name="Bo Tan-Lim"))

told = until("the notification", lambda: [one for one in listener.heard if one.event.product_order.state == "completed"], len)[0]
hubs.unregister_listener(hub.id)
server.shutdown()

print(json.dumps({
    "customer": customer.id, "refused": refused.reason, "order": order.id, "placedOnce": again.id == order.id, "orderState": order.state,
    "service": service.state, "serviceType": service.service_type,
    "activeServices": int(page.headers["x-total-count"]), "rowsOfPage": int(page.headers["x-result-count"]),
    "usage": usage.status, "payment": paid.status, "paid": paid.total_amount.value, "bill": bill.state, "due": bill.amount_due.value,
    "name": patched.name, "media": len(patched.contact_medium), "notification": told.event_type, "notified": told.event.product_order.id,
    "orderedAt": told.event.product_order.order_date.isoformat(),
}))
