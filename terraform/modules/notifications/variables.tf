variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "account" {
  description = "Account id."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts alarms at rest."
  type        = string
}

variable "emails" {
  description = "Addresses that are told; each must confirm once for either topic."
  type        = list(string)
}
