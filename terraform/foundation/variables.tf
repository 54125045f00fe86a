variable "environment" {
  description = "Name of the environment; part of the name of every resource."
  type        = string

  validation {
    # RDS and ElastiCache take no two hyphens in a row.
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.environment)) && !strcontains(var.environment, "--")
    error_message = "environment is 3 to 16 lower-case letters, digits and single hyphens, and starts with a letter."
  }
}

variable "region" {
  description = "AWS region of the environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is the name of an AWS region, for example eu-central-1."
  }
}

variable "manage_registry" {
  description = "Whether this environment's account holds the image repositories. False where another environment of the same account made them, or where images are promoted from a shared registry."
  type        = bool
  default     = true
}

variable "untagged_image_days" {
  description = "Untagged images (layers of interrupted pushes) expire after this many days; a tagged image never does by itself."
  type        = number
  default     = 14

  validation {
    condition     = var.untagged_image_days >= 1 && var.untagged_image_days <= 365
    error_message = "untagged_image_days is 1 to 365 days."
  }
}

variable "github_subjects" {
  description = "Exact `sub` claims that GitHub puts into the tokens of the jobs that may deploy here, and so plan, for example repo:owner/name:environment:production. Empty for no access from GitHub."
  type        = list(string)
  default     = []
}

variable "github_plan_subjects" {
  description = "Exact `sub` claims of the jobs that may only plan, for example repo:owner/name:pull_request."
  type        = list(string)
  default     = []
}

variable "github_publish_subjects" {
  description = "Exact `sub` claims of the jobs that may push images before a plan, for example repo:owner/name:environment:production-images."
  type        = list(string)
  default     = []
}

variable "promotion_roles" {
  description = "ARNs of the roles that read what other environments have proved, where releases are promoted from these to this one."
  type        = list(string)
  default     = []
}

variable "promotion_readers" {
  description = "ARNs of the roles that may read what this environment has proved: deployer and planner of the one that its releases are promoted to."
  type        = list(string)
  default     = []
}

variable "manage_github_provider" {
  description = "Whether to create the account's OIDC provider for GitHub. An account holds one: false where it is there already."
  type        = bool
  default     = true
}

variable "deployer_principals" {
  description = "ARNs of the people's roles (for example of IAM Identity Center) that may take all three roles: deployer, planner and publisher. Empty for none."
  type        = list(string)
  default     = []
}

variable "state_bucket" {
  description = "Bucket of the Terraform state, made by Bootstrap before Terraform runs."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the service's domain: the only one whose records a release may change. Null where its DNS is kept elsewhere."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Protects the release store against deletion. False only where the environment is thrown away, such as a rehearsal."
  type        = bool
  default     = true
}

variable "settings" {
  description = "Non-secret settings of the environment, kept in the parameter store as /vectordb/<environment>/settings/<name>."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name, value in var.settings : can(regex("^[a-z][a-z0-9-]*$", name)) && value != ""])
    error_message = "Names of settings are lower-case words joined by hyphens, and no value is empty."
  }
}
