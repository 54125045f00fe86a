variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "account" {
  description = "Account id."
  type        = string
}

variable "partition" {
  description = "AWS partition."
  type        = string
}
