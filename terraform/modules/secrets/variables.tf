variable "prefix" {
  description = "Path in front of every secret's name, vectordb/<environment>."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the values."
  type        = string
}

variable "provided" {
  description = "Secrets whose values people give, with their descriptions."
  type        = map(string)
}

variable "generated" {
  description = "Secrets whose values are generated, with their descriptions."
  type        = map(string)
}

variable "generated_version" {
  description = "A higher number generates new values."
  type        = number
}

variable "recovery_window_days" {
  description = "Days in which a deleted secret can be brought back: 0, or 7 to 30."
  type        = number

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days is 0 or 7 to 30."
  }
}
