variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
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

variable "state_bucket" {
  description = "Bucket of the Terraform state."
  type        = string
}

variable "release_bucket_arn" {
  description = "Bucket of manifests, ledger and bundles."
  type        = string
}

variable "release_table_arn" {
  description = "Table of the deployment lock."
  type        = string
}

variable "repository_root" {
  description = "First part of the image repositories' names."
  type        = string
}

variable "secret_prefix" {
  description = "Path of the environment's secrets."
  type        = string
}

variable "parameter_path" {
  description = "Path of the environment's parameters."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone whose records a release may change. Null for none."
  type        = string

  validation {
    condition     = var.hosted_zone_id == null || can(regex("^[A-Z0-9]+$", var.hosted_zone_id))
    error_message = "hosted_zone_id is the id of one zone, for example Z0123456789ABC."
  }
}

variable "deletion_protection" {
  description = "Whether what the service stores outlives a destroy by the deployer."
  type        = bool
}

variable "principals" {
  description = "Roles and users that may take the roles."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.principals : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$", arn))])
    error_message = "Each of principals is the ARN of an IAM role or user."
  }
}

variable "github_subjects" {
  description = "Exact subjects of GitHub jobs that may deploy."
  type        = list(string)

  validation {
    condition     = alltrue([for subject in var.github_subjects : can(regex("^repo:[^*?:]+:(environment:[^*?:]+|ref:refs/heads/[^*?:]+|pull_request)$", subject))])
    error_message = "Each of github_subjects is one exact claim, repo:<owner>/<name>:environment:<environment>; wildcards would let every branch or repository deploy."
  }
}

variable "github_plan_subjects" {
  description = "Exact subjects of GitHub jobs that may plan."
  type        = list(string)

  validation {
    condition     = alltrue([for subject in var.github_plan_subjects : can(regex("^repo:[^*?:]+:(environment:[^*?:]+|ref:refs/heads/[^*?:]+|pull_request)$", subject))])
    error_message = "Each of github_plan_subjects is one exact claim without wildcards."
  }
}

variable "github_publish_subjects" {
  description = "Exact subjects of GitHub jobs that may push images."
  type        = list(string)

  validation {
    condition     = alltrue([for subject in var.github_publish_subjects : can(regex("^repo:[^*?:]+:(environment:[^*?:]+|ref:refs/heads/[^*?:]+)$", subject))])
    error_message = "Each of github_publish_subjects is one exact claim without wildcards, and never that of a pull request: a later deploy trusts what is in the registry."
  }
}

variable "promotion_roles" {
  description = "Roles of other environments that read what was proved there."
  type        = list(string)

  validation {
    condition     = alltrue([for arn in var.promotion_roles : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/vectordb-.+-reader$", arn))])
    error_message = "Each of promotion_roles is the ARN of an environment's reader, for example arn:aws:iam::123456789012:role/vectordb-staging-reader."
  }
}

variable "manage_github_provider" {
  description = "Whether to create the account's OIDC provider for GitHub."
  type        = bool
}
