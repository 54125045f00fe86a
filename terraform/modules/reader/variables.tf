variable "name" {
  description = "Name of the environment's resources."
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
  description = "AWS partition."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of the environment."
  type        = string
}

variable "release_bucket_arn" {
  description = "Bucket of manifests and bundles."
  type        = string
}

variable "release_table_arn" {
  description = "Table of the ledger."
  type        = string
}

variable "repository_root" {
  description = "First part of the image repositories' names."
  type        = string
}

variable "parameter_path" {
  description = "Path of the environment's parameters."
  type        = string
}

variable "readers" {
  description = "Roles that may take this one. Each must exist: IAM refuses a name that it does not know."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.readers : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", arn))])
    error_message = "Each of readers is the ARN of an IAM role, for example arn:aws:iam::123456789012:role/vectordb-production-deployer."
  }
}
