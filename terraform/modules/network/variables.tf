variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "account" {
  description = "Account id."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC."
  type        = string
}

variable "zone_count" {
  description = "Number of availability zones, 2 to 8."
  type        = number
}

variable "nat" {
  description = "per_zone: a zone's outage takes nothing else with it; single: cheaper."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days that flow logs are kept."
  type        = number
}

variable "permissions_boundary" {
  description = "Policy that bounds every role that the service makes."
  type        = string
}
