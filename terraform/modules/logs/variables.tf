variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "names" {
  description = "Last parts of the groups' names."
  type        = list(string)
}

variable "retention_days" {
  description = "Days that lines are kept."
  type        = number
}

variable "kms_key_arn" {
  description = "Key that encrypts the lines."
  type        = string
}
