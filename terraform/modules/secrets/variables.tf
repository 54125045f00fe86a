variable "prefix" {
  description = "Path in front of every secret's name, vectordb/<environment>."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the values."
  type        = string
}

variable "secrets" {
  description = "Descriptions of the secrets by short name."
  type        = map(string)
}

variable "recovery_window_days" {
  description = "Days in which a deleted secret can be brought back: 0, or 7 to 30."
  type        = number

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days is 0 or 7 to 30."
  }
}
