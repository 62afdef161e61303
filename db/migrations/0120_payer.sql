-- Payments by who pays them (TMF676 `payer.id`): a customer of ours or somebody of another house.
CREATE INDEX payment_payer ON payment.payment ((document #>> '{payer,id}'), created_at);
