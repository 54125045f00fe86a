variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket; unique in the world."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts bucket and table."
  type        = string
}

variable "deletion_protection" {
  description = "Refuses to delete the table and a bucket that holds objects."
  type        = bool
}
