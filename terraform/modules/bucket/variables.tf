variable "name" {
  description = "Name of the bucket; unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "A bucket's name is 3 to 63 lower-case letters, digits and hyphens."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects; null for the keys of S3 itself."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Whether destroying the bucket deletes the objects in it."
  type        = bool
  default     = false
}

variable "noncurrent_version_days" {
  description = "Days that an overwritten or deleted object can be brought back."
  type        = number
  default     = 90
}

variable "expiration_days" {
  description = "Days after which objects under a prefix expire, by prefix."
  type        = map(number)
  default     = {}
}

variable "log_delivery_path" {
  description = "Path (prefix/AWSLogs/<account>) under which a load balancer may write its access logs; null for none."
  type        = string
  default     = null
}
