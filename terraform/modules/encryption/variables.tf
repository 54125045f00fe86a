variable "name" {
  description = "Name of the environment's resources; the key's alias."
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

variable "partition" {
  description = "AWS partition, for example aws."
  type        = string
}
