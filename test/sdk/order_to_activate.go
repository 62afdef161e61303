// From a new customer to a line in use, over the Go SDK alone. test/long/sdk.test.ts runs it;
// by hand, against `make up`, in a module that has the SDK (docs/SDKS.md):
//
//	BSS_TOKEN=… go run order_to_activate.go
//
// SDK_ADDRESSES, a JSON object of base addresses by module, is for stacks that listen elsewhere.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"bss-cli-sdk/crm"
	"bss-cli-sdk/payment"
	"bss-cli-sdk/tmf622"
	"bss-cli-sdk/tmf629"
	"bss-cli-sdk/tmf635"
	"bss-cli-sdk/tmf638"
	"bss-cli-sdk/tmf676"
	"bss-cli-sdk/tmf678"
)

const header = "X-BSS-API-Token"

var (
	token     = os.Getenv("BSS_TOKEN")
	addresses = map[string]string{}
)

func main() {
	if text := os.Getenv("SDK_ADDRESSES"); text != "" {
		must(0, json.Unmarshal([]byte(text), &addresses))
	}
	ctx := context.Background()

	// A customer, who may not order yet.
	customerConfig := tmf629.NewConfiguration()
	customerConfig.AddDefaultHeader(header, token)
	customerConfig.Servers = []tmf629.ServerConfiguration{{URL: at("tmf629", customerConfig.Servers[0].URL)}}
	customers := tmf629.NewAPIClient(customerConfig).CustomerAPI
	party := tmf629.NewRelatedParty("Cy Ng", "Individual")
	newcomer := tmf629.NewCustomerCreate("Cy Ng", *party)
	newcomer.ContactMedium = []tmf629.ContactMedium{{
		MediumType: "email", Preferred: ref(true), Characteristic: tmf629.MediumCharacteristic{EmailAddress: ref("cy.go@example.sg")},
	}}
	customer, _, err := customers.CreateCustomer(ctx).CustomerCreate(*newcomer).Execute()
	must(customer, err)

	orderConfig := tmf622.NewConfiguration()
	orderConfig.AddDefaultHeader(header, token)
	orderConfig.Servers = []tmf622.ServerConfiguration{{URL: at("tmf622", orderConfig.Servers[0].URL)}}
	ordering := tmf622.NewAPIClient(orderConfig)
	item := tmf622.NewProductOrderItem("1", tmf622.ORDERITEMACTIONTYPE_ADD)
	item.Quantity = ref(int32(1))
	item.ProductOffering = tmf622.NewProductOfferingRef("PLAN_S")
	wanted := tmf622.NewProductOrderCreate([]tmf622.ProductOrderItem{*item})
	buyer := tmf622.NewRelatedParty(customer.GetId(), "Customer")
	buyer.Role = ref("customer")
	wanted.RelatedParty = []tmf622.RelatedParty{*buyer}
	_, _, err = ordering.ProductOrderAPI.CreateProductOrder(ctx).ProductOrderCreate(*wanted).Execute()
	var failure *tmf622.GenericOpenAPIError
	if !errors.As(err, &failure) {
		log.Fatal("an order without an identity and a card was taken")
	}
	refused := failure.Model().(tmf622.Error) // the decoded body

	// Identity and card are operations of our own.
	crmConfig := crm.NewConfiguration()
	crmConfig.AddDefaultHeader(header, token)
	crmConfig.Servers = []crm.ServerConfiguration{{URL: at("crm", crmConfig.Servers[0].URL)}}
	attestation := crm.NewKycAttestation("prebaked", "ok")
	attestation.DocumentType, attestation.DocumentNumber, attestation.DocumentCountry = ref("national_id"), ref("S7654321G"), ref("SG")
	attestation.DateOfBirth = ref("1990-12-31")
	identity, _, err := crm.NewAPIClient(crmConfig).KycAPI.AttestKyc(ctx, customer.GetId()).KycAttestation(*attestation).Execute()
	must(identity, err)
	walletConfig := payment.NewConfiguration()
	walletConfig.AddDefaultHeader(header, token)
	walletConfig.Servers = []payment.ServerConfiguration{{URL: at("payment", walletConfig.Servers[0].URL)}}
	card := payment.NewPaymentMethodCreate(customer.GetId(), "visa", "4242", 12, 2049)
	card.Token, card.MakeDefault = ref("tok_visa_4242_b19e40c6d2587fa3"), ref(true)
	onFile, _, err := payment.NewAPIClient(walletConfig).PaymentMethodAPI.CreatePaymentMethod(ctx).PaymentMethodCreate(*card).Execute()
	must(onFile, err)

	// A subscriber hears what becomes of the order.
	heard := make(chan tmf622.ProductOrderStateChangeEvent, 100)
	listener := tmf622.Listener{ProductOrderStateChangeEvent: func(event tmf622.ProductOrderStateChangeEvent) error {
		heard <- event
		return nil
	}}
	socket := must(net.Listen("tcp", "127.0.0.1:0"))
	go http.Serve(socket, http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		body := must(io.ReadAll(request.Body))
		if known, err := listener.Receive(body); err != nil || !known {
			answer.WriteHeader(http.StatusNotFound)
			return
		}
		answer.WriteHeader(http.StatusNoContent)
	}))
	subscription := tmf622.NewEventSubscriptionInput("http://" + socket.Addr().String())
	subscription.Query = ref("eventType=ProductOrderStateChangeEvent")
	hub, _, err := ordering.EventsSubscriptionAPI.RegisterListener(ctx).EventSubscriptionInput(*subscription).Execute()
	must(hub, err)

	// The order: sent twice under one key, placed once.
	create := ordering.ProductOrderAPI.CreateProductOrder(ctx).ProductOrderCreate(*wanted).IdempotencyKey("order-" + customer.GetId())
	placed, _, err := create.Execute()
	must(placed, err)
	again, _, err := create.Execute()
	must(again, err)
	order := until("completed order", func() (*tmf622.ProductOrder, error) {
		one, _, err := ordering.ProductOrderAPI.RetrieveProductOrder(ctx, placed.GetId()).Execute()
		return one, err
	}, func(one *tmf622.ProductOrder) bool { return one.GetState() == tmf622.PRODUCTORDERSTATETYPE_COMPLETED })

	// What the order has made: one page of the list, and how many match in all.
	inventoryConfig := tmf638.NewConfiguration()
	inventoryConfig.AddDefaultHeader(header, token)
	inventoryConfig.Servers = []tmf638.ServerConfiguration{{URL: at("tmf638", inventoryConfig.Servers[0].URL)}}
	services := tmf638.NewAPIClient(inventoryConfig).ServiceAPI
	rows, page, err := services.ListService(ctx).RelatedPartyId(customer.GetId()).State("active").Sort("id").Limit(1).Execute()
	must(rows, err)
	service, _, err := services.RetrieveService(ctx, rows[0].GetId()).Execute()
	must(service, err)
	msisdn := ""
	for _, one := range service.ServiceCharacteristic {
		if one.Name == "msisdn" {
			msisdn = fmt.Sprint(one.Value)
		}
	}

	// The line is used, and the use is rated.
	useConfig := tmf635.NewConfiguration()
	useConfig.AddDefaultHeader(header, token)
	useConfig.Servers = []tmf635.ServerConfiguration{{URL: at("tmf635", useConfig.Servers[0].URL)}}
	use := tmf635.NewAPIClient(useConfig).UsageAPI
	record := tmf635.NewUsageCreate()
	record.UsageDate, record.UsageType, record.UsageSpecification = order.CompletionDate, ref("data"), tmf635.NewUsageSpecificationRef("USPEC_DATA")
	for name, value := range map[string]any{
		"msisdn": msisdn, "eventType": "data", "quantity": 300 * 1024 * 1024, "unit": "byte", "roaming": false, "rawCdrRef": "cdr-" + order.GetId(), "source": "sdk",
	} {
		record.UsageCharacteristic = append(record.UsageCharacteristic, *tmf635.NewUsageCharacteristic(name, value))
	}
	reported, _, err := use.CreateUsage(ctx).UsageCreate(*record).Execute()
	must(reported, err)
	usage := until("billed usage", func() (*tmf635.Usage, error) {
		one, _, err := use.RetrieveUsage(ctx, reported.GetId()).Execute()
		return one, err
	}, func(one *tmf635.Usage) bool { return one.GetStatus() == tmf635.USAGESTATUSTYPE_BILLED })

	// It was paid, and there is a receipt.
	billConfig := tmf678.NewConfiguration()
	billConfig.AddDefaultHeader(header, token)
	billConfig.Servers = []tmf678.ServerConfiguration{{URL: at("tmf678", billConfig.Servers[0].URL)}}
	bills := tmf678.NewAPIClient(billConfig).CustomerBillAPI
	bill := until("bill", func() ([]tmf678.CustomerBill, error) {
		found, _, err := bills.ListCustomerBill(ctx).RelatedPartyId(customer.GetId()).Execute()
		return found, err
	}, func(found []tmf678.CustomerBill) bool { return len(found) > 0 })[0]
	paymentConfig := tmf676.NewConfiguration()
	paymentConfig.AddDefaultHeader(header, token)
	paymentConfig.Servers = []tmf676.ServerConfiguration{{URL: at("tmf676", paymentConfig.Servers[0].URL)}}
	paid, _, err := tmf676.NewAPIClient(paymentConfig).PaymentAPI.RetrievePayment(ctx, bill.AppliedPayment[0].Payment.GetId()).Execute()
	must(paid, err)

	change := tmf629.NewCustomerUpdate()
	change.Name = ref("Cy Ng-Ho")
	patched, _, err := customers.PatchCustomer(ctx, customer.GetId()).CustomerUpdate(*change).Execute()
	must(patched, err)

	told := until("notification", func() (tmf622.ProductOrderStateChangeEvent, error) { return <-heard, nil },
		func(event tmf622.ProductOrderStateChangeEvent) bool {
			return event.Event.ProductOrder.GetState() == tmf622.PRODUCTORDERSTATETYPE_COMPLETED
		})
	_, err = ordering.EventsSubscriptionAPI.UnregisterListener(ctx, hub.GetId()).Execute()
	must(0, err)

	fmt.Println(string(must(json.Marshal(map[string]any{
		"customer": customer.GetId(), "refused": refused.Reason, "order": order.GetId(), "placedOnce": again.GetId() == order.GetId(), "orderState": order.GetState(),
		"service": service.GetState(), "serviceType": service.GetServiceType(),
		"activeServices": json.Number(page.Header.Get("X-Total-Count")), "rowsOfPage": json.Number(page.Header.Get("X-Result-Count")),
		"usage": usage.GetStatus(), "payment": paid.GetStatus(), "paid": paid.TotalAmount.GetValue(), "bill": bill.GetState(), "due": bill.AmountDue.GetValue(),
		"name": patched.GetName(), "media": len(patched.ContactMedium), "notification": told.GetEventType(), "notified": told.Event.ProductOrder.GetId(),
		"orderedAt": told.Event.ProductOrder.GetOrderDate(),
	}))))
}

// at is where a module is reached: the usual port on this machine unless it is told otherwise.
func at(module string, usual string) string {
	if address, told := addresses[module]; told {
		return address
	}
	return usual
}

func ref[T any](value T) *T { return &value }

// must ends the program where a call failed.
func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// until asks until the answer is the one that is waited for, 20 s at most.
func until[T any](what string, ask func() (T, error), isIt func(T) bool) T {
	for range 200 {
		if answer := must(ask()); isIt(answer) {
			return answer
		}
		time.Sleep(100 * time.Millisecond)
	}
	log.Fatal(what, " did not come about")
	panic(what)
}
