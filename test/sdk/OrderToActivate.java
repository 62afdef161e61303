import bsscli.sdk.crm.api.KycApi;
import bsscli.sdk.crm.model.KycAttestation;
import bsscli.sdk.payment.api.PaymentMethodApi;
import bsscli.sdk.payment.model.PaymentMethodCreate;
import bsscli.sdk.tmf622.ApiClient;
import bsscli.sdk.tmf622.ApiException;
import bsscli.sdk.tmf622.Listener;
import bsscli.sdk.tmf622.api.EventsSubscriptionApi;
import bsscli.sdk.tmf622.api.ProductOrderApi;
import bsscli.sdk.tmf622.model.EventSubscriptionInput;
import bsscli.sdk.tmf622.model.OrderItemActionType;
import bsscli.sdk.tmf622.model.ProductOfferingRef;
import bsscli.sdk.tmf622.model.ProductOrder;
import bsscli.sdk.tmf622.model.ProductOrderCreate;
import bsscli.sdk.tmf622.model.ProductOrderItem;
import bsscli.sdk.tmf622.model.ProductOrderStateChangeEvent;
import bsscli.sdk.tmf622.model.ProductOrderStateType;
import bsscli.sdk.tmf622.model.RelatedParty;
import bsscli.sdk.tmf629.api.CustomerApi;
import bsscli.sdk.tmf629.model.ContactMedium;
import bsscli.sdk.tmf629.model.Customer;
import bsscli.sdk.tmf629.model.CustomerCreate;
import bsscli.sdk.tmf629.model.CustomerUpdate;
import bsscli.sdk.tmf629.model.MediumCharacteristic;
import bsscli.sdk.tmf635.api.UsageApi;
import bsscli.sdk.tmf635.model.Usage;
import bsscli.sdk.tmf635.model.UsageCharacteristic;
import bsscli.sdk.tmf635.model.UsageCreate;
import bsscli.sdk.tmf635.model.UsageSpecificationRef;
import bsscli.sdk.tmf635.model.UsageStatusType;
import bsscli.sdk.tmf638.ApiResponse;
import bsscli.sdk.tmf638.api.ServiceApi;
import bsscli.sdk.tmf638.model.Service;
import bsscli.sdk.tmf676.api.PaymentApi;
import bsscli.sdk.tmf676.model.Payment;
import bsscli.sdk.tmf678.api.CustomerBillApi;
import bsscli.sdk.tmf678.model.CustomerBill;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * From a new customer to a line in use, over the Java SDK alone. test/long/sdk.test.ts runs it; by hand,
 * against `make up`, with the SDK on the class path (docs/SDKS.md):
 *
 * <pre>BSS_TOKEN=… java -cp … OrderToActivate.java</pre>
 *
 * SDK_ADDRESSES, a JSON object of base addresses by module, is for stacks that listen elsewhere.
 */
class OrderToActivate {
  static final ObjectMapper json = ApiClient.createDefaultObjectMapper();
  static final Consumer<HttpRequest.Builder> token = request -> request.header("X-BSS-API-Token", System.getenv("BSS_TOKEN"));

  /** Where a module is reached; null is the usual port on this machine. */
  static String at(String module) throws Exception {
    JsonNode addresses = json.readTree(System.getenv().getOrDefault("SDK_ADDRESSES", "{}"));
    return addresses.path(module).textValue();
  }

  /** Asks until the answer is the one that is waited for, 20 s at most. */
  static <T> T until(String what, Callable<T> ask, Predicate<T> isIt) throws Exception {
    for (int left = 200; left > 0; left--) {
      T answer = ask.call();
      if (isIt.test(answer)) return answer;
      Thread.sleep(100);
    }
    throw new IllegalStateException(what + " did not come about");
  }

  public static void main(String[] args) throws Exception {
    // A customer, who may not order yet.
    var customerClient = new bsscli.sdk.tmf629.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.tmf629.ApiClient.createDefaultObjectMapper(), at("tmf629"));
    customerClient.setRequestInterceptor(token);
    CustomerApi customers = new CustomerApi(customerClient);
    Customer customer = customers.createCustomer(CustomerApi.APICreateCustomerRequest.newBuilder().customerCreate(new CustomerCreate()
        .name("Di Foo")
        .engagedParty(new bsscli.sdk.tmf629.model.RelatedParty().id("Di Foo").name("Di Foo").atReferredType("Individual"))
        .addContactMediumItem(new ContactMedium().mediumType("email").preferred(true)
            .characteristic(new MediumCharacteristic().emailAddress("di.java@example.sg")))).build());

    ApiClient client = new ApiClient(java.net.http.HttpClient.newBuilder(), ApiClient.createDefaultObjectMapper(), at("tmf622"));
    client.setRequestInterceptor(token);
    ProductOrderApi orders = new ProductOrderApi(client);
    ProductOrderCreate wanted = new ProductOrderCreate()
        .addProductOrderItemItem(new ProductOrderItem().id("1").action(OrderItemActionType.ADD).quantity(1).productOffering(new ProductOfferingRef().id("PLAN_S")))
        .addRelatedPartyItem(new RelatedParty().id(customer.getId()).role("customer").atReferredType("Customer"));
    bsscli.sdk.tmf622.model.Error refused;
    try {
      orders.createProductOrder(ProductOrderApi.APICreateProductOrderRequest.newBuilder().productOrderCreate(wanted).build());
      throw new IllegalStateException("an order without an identity and a card was taken");
    } catch (ApiException error) {
      if (error.getCode() != 422) throw error;
      refused = json.readValue(error.getResponseBody(), bsscli.sdk.tmf622.model.Error.class);
    }

    // Identity and card are operations of our own.
    var crmClient = new bsscli.sdk.crm.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.crm.ApiClient.createDefaultObjectMapper(), at("crm"));
    crmClient.setRequestInterceptor(token);
    new KycApi(crmClient).attestKyc(KycApi.APIAttestKycRequest.newBuilder().id(customer.getId()).kycAttestation(new KycAttestation()
        .provider("prebaked").attestationToken("ok").documentType("national_id").documentNumber("S7654321J").documentCountry("SG")
        .dateOfBirth(LocalDate.of(1990, 12, 31))).build());
    var walletClient = new bsscli.sdk.payment.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.payment.ApiClient.createDefaultObjectMapper(), at("payment"));
    walletClient.setRequestInterceptor(token);
    new PaymentMethodApi(walletClient).createPaymentMethod(PaymentMethodApi.APICreatePaymentMethodRequest.newBuilder().paymentMethodCreate(new PaymentMethodCreate()
        .customerId(customer.getId()).token("tok_visa_4242_3fa97c05e1d84b62").brand("visa").last4("4242").expMonth(12).expYear(2049).makeDefault(true)).build());

    // A subscriber hears what becomes of the order.
    BlockingQueue<ProductOrderStateChangeEvent> heard = new LinkedBlockingQueue<>();
    Listener listener = new Listener() {
      @Override
      public void productOrderStateChangeEvent(ProductOrderStateChangeEvent event) {
        heard.add(event);
      }
    };
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", exchange -> {
      boolean known = listener.receive(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
      exchange.sendResponseHeaders(known ? 204 : 404, -1);
      exchange.close();
    });
    server.start();
    EventsSubscriptionApi hubs = new EventsSubscriptionApi(client);
    String hub = hubs.registerListener(EventsSubscriptionApi.APIRegisterListenerRequest.newBuilder().eventSubscriptionInput(new EventSubscriptionInput()
        .callback("http://127.0.0.1:" + server.getAddress().getPort()).query("eventType=ProductOrderStateChangeEvent")).build()).getId();

    // The order: sent twice under one key, placed once.
    var create = ProductOrderApi.APICreateProductOrderRequest.newBuilder().productOrderCreate(wanted).idempotencyKey("order-" + customer.getId()).build();
    ProductOrder placed = orders.createProductOrder(create);
    ProductOrder again = orders.createProductOrder(create);
    ProductOrder order = until("completed order",
        () -> orders.retrieveProductOrder(ProductOrderApi.APIRetrieveProductOrderRequest.newBuilder().id(placed.getId()).build()),
        one -> one.getState() == ProductOrderStateType.COMPLETED);

    // What the order has made: one page of the list, and how many match in all.
    var inventoryClient = new bsscli.sdk.tmf638.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.tmf638.ApiClient.createDefaultObjectMapper(), at("tmf638"));
    inventoryClient.setRequestInterceptor(token);
    ServiceApi services = new ServiceApi(inventoryClient);
    ApiResponse<List<Service>> page = services.listServiceWithHttpInfo(
        ServiceApi.APIListServiceRequest.newBuilder().relatedPartyId(customer.getId()).state("active").sort("id").limit(1).build());
    Service service = services.retrieveService(ServiceApi.APIRetrieveServiceRequest.newBuilder().id(page.getData().get(0).getId()).build());
    Object msisdn = service.getServiceCharacteristic().stream().filter(one -> one.getName().equals("msisdn")).findFirst().orElseThrow().getValue();

    // The line is used, and the use is rated.
    var useClient = new bsscli.sdk.tmf635.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.tmf635.ApiClient.createDefaultObjectMapper(), at("tmf635"));
    useClient.setRequestInterceptor(token);
    UsageApi use = new UsageApi(useClient);
    UsageCreate call = new UsageCreate().usageDate(order.getCompletionDate()).usageType("data").usageSpecification(new UsageSpecificationRef().id("USPEC_DATA"));
    Map.of("msisdn", msisdn, "eventType", "data", "quantity", 300 * 1024 * 1024, "unit", "byte", "roaming", false, "rawCdrRef", "cdr-" + order.getId(), "source", "sdk")
        .forEach((name, value) -> call.addUsageCharacteristicItem(new UsageCharacteristic().name(name).value(value)));
    String reported = use.createUsage(UsageApi.APICreateUsageRequest.newBuilder().usageCreate(call).build()).getId();
    Usage usage = until("billed usage",
        () -> use.retrieveUsage(UsageApi.APIRetrieveUsageRequest.newBuilder().id(reported).build()), one -> one.getStatus() == UsageStatusType.BILLED);

    // It was paid, and there is a receipt.
    var billClient = new bsscli.sdk.tmf678.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.tmf678.ApiClient.createDefaultObjectMapper(), at("tmf678"));
    billClient.setRequestInterceptor(token);
    CustomerBillApi bills = new CustomerBillApi(billClient);
    CustomerBill bill = until("bill",
        () -> bills.listCustomerBill(CustomerBillApi.APIListCustomerBillRequest.newBuilder().relatedPartyId(customer.getId()).build()), rows -> !rows.isEmpty()).get(0);
    var paymentClient = new bsscli.sdk.tmf676.ApiClient(java.net.http.HttpClient.newBuilder(), bsscli.sdk.tmf676.ApiClient.createDefaultObjectMapper(), at("tmf676"));
    paymentClient.setRequestInterceptor(token);
    Payment paid = new PaymentApi(paymentClient).retrievePayment(
        PaymentApi.APIRetrievePaymentRequest.newBuilder().id(bill.getAppliedPayment().get(0).getPayment().getId()).build());

    Customer patched = customers.patchCustomer(
        CustomerApi.APIPatchCustomerRequest.newBuilder().id(customer.getId()).customerUpdate(new CustomerUpdate().name("Di Foo-Lee")).build());

    ProductOrderStateChangeEvent told = until("notification",
        () -> heard.poll(5, TimeUnit.SECONDS), event -> event != null && event.getEvent().getProductOrder().getState() == ProductOrderStateType.COMPLETED);
    hubs.unregisterListener(EventsSubscriptionApi.APIUnregisterListenerRequest.newBuilder().id(hub).build());
    server.stop(0);

    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("customer", customer.getId());
    seen.put("refused", refused.getReason());
    seen.put("order", order.getId());
    seen.put("placedOnce", again.getId().equals(order.getId()));
    seen.put("orderState", order.getState());
    seen.put("service", service.getState());
    seen.put("serviceType", service.getServiceType());
    seen.put("activeServices", Integer.valueOf(page.getHeaders().get("x-total-count").get(0)));
    seen.put("rowsOfPage", Integer.valueOf(page.getHeaders().get("x-result-count").get(0)));
    seen.put("usage", usage.getStatus());
    seen.put("payment", paid.getStatus());
    seen.put("paid", paid.getTotalAmount().getValue());
    seen.put("bill", bill.getState());
    seen.put("due", bill.getAmountDue().getValue());
    seen.put("name", patched.getName());
    seen.put("media", patched.getContactMedium().size());
    seen.put("notification", told.getEventType());
    seen.put("notified", told.getEvent().getProductOrder().getId());
    seen.put("orderedAt", told.getEvent().getProductOrder().getOrderDate());
    System.out.println(json.writeValueAsString(seen));
  }
}
