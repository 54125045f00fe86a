variable "domain_name" {
  description = "Name of the service, for example api.example.org."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain; null where its DNS is kept elsewhere."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate that the account holds already; null to have one issued."
  type        = string
}
