variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "kms_key_arn" {
  description = "Key that encrypts the copies."
  type        = string
}

variable "role_arn" {
  description = "Role that AWS Backup takes, made with the foundation."
  type        = string
}

variable "retention_days" {
  description = "Days that a copy is kept."
  type        = number
}

variable "resource_arns" {
  description = "What is copied."
  type        = list(string)
}

variable "deletion_protection" {
  description = "Refuses to delete a vault that holds copies."
  type        = bool
}
