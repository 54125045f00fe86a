variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "account" {
  description = "Account id, part of the bucket's name."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts table and bucket."
  type        = string
}

variable "upload_days" {
  description = "Days that an uploaded file is kept for a retry: more than ended tasks are."
  type        = number
}

variable "deletion_protection" {
  description = "Refuses to delete the table and a bucket that holds files."
  type        = bool
}
