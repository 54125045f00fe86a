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

variable "deletion_protection" {
  description = "Protects what holds data, and the load balancer, against deletion. False only where the environment is thrown away."
  type        = bool
  default     = true
}

# Network

variable "vpc_cidr" {
  description = "Addresses of the VPC, a /16 to /20."
  type        = string
  default     = "10.40.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 20, false)
    error_message = "vpc_cidr is an IPv4 block from /16 to /20, for example 10.40.0.0/16."
  }
}

variable "zone_count" {
  description = "Number of availability zones."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "zone_count is 2 or 3: one zone is no high availability, and the load balancer needs two."
  }
}

variable "nat" {
  description = "per_zone: a zone's outage takes nothing else with it; single: cheaper."
  type        = string
  default     = "per_zone"

  validation {
    condition     = contains(["per_zone", "single"], var.nat)
    error_message = "nat is per_zone or single."
  }
}

variable "client_cidrs" {
  description = "Addresses that may call the service."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrnetmask(cidr))])
    error_message = "client_cidrs holds at least one IPv4 block."
  }
}

# Address

variable "domain_name" {
  description = "Name of the service, for example api.example.org."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name is a full domain name in lower case."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone of the domain. Null where its DNS is kept elsewhere: then certificate_arn must be given, and the address pointed at the load balancer by hand."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Certificate that the account holds already. Null to have ACM issue one through hosted_zone_id."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn != null || var.hosted_zone_id != null
    error_message = "Give certificate_arn, or hosted_zone_id to have a certificate issued: without either there is no HTTPS."
  }
}

variable "firewall" {
  description = "Whether AWS WAF stands in front of the load balancer."
  type        = bool
  default     = true
}

# Instances

variable "image_id" {
  description = "Machine image of all instances (Amazon Linux 2023), a literal id."
  type        = string

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.image_id))
    error_message = "image_id is a literal id, ami-...: an alias could boot another image on a rollback."
  }
}

variable "web" {
  description = "The instances behind the load balancer. Minimum and initial capacity are set by the rollout."
  type = object({
    instance_type         = optional(string, "t3.large")
    disk_gigabytes        = optional(number, 30)
    minimum               = optional(number, 2)
    maximum               = optional(number, 6)
    cpu_target            = optional(number, 55)
    requests_per_instance = optional(number, 1000)
  })
  default = {}

  validation {
    condition     = var.web.minimum >= 2 && var.web.maximum > var.web.minimum
    error_message = "web.minimum is at least 2 (two zones), and web.maximum above it."
  }
}

variable "worker" {
  description = "The instances that work through the queue. Minimum and initial capacity are set by the rollout."
  type = object({
    instance_type        = optional(string, "t3.large")
    disk_gigabytes       = optional(number, 30)
    minimum              = optional(number, 1)
    maximum              = optional(number, 4)
    backlog_per_instance = optional(number, 20)
  })
  default = {}

  validation {
    condition     = var.worker.minimum >= 1 && var.worker.maximum > var.worker.minimum
    error_message = "worker.minimum is at least 1, and worker.maximum above it."
  }
}

variable "user_data_files" {
  description = "Paths of the rendered boot scripts by profile. They hold names and hashes, never a secret."
  type        = object({ web = string, worker = string })

  validation {
    condition     = alltrue([for file in values(var.user_data_files) : fileexists(file)])
    error_message = "A file of user_data_files does not exist: run RenderTemplates first."
  }
}

variable "web_port" {
  description = "Port of nginx on the web instances."
  type        = number
  default     = 80
}

# Data

variable "cache" {
  description = "The queue's store."
  type = object({
    node_type     = optional(string, "cache.t4g.small")
    nodes         = optional(number, 2)
    snapshot_days = optional(number, 7)
  })
  default = {}

  validation {
    condition     = var.cache.nodes >= 2 && var.cache.nodes <= 6
    error_message = "cache.nodes is 2 to 6: a single node loses the queue with its machine."
  }
}

variable "database" {
  description = "Aurora PostgreSQL. Capacities are in Aurora capacity units."
  type = object({
    engine_version   = optional(string, "17")
    instances        = optional(number, 2)
    minimum_capacity = optional(number, 0.5)
    maximum_capacity = optional(number, 8)
    backup_days      = optional(number, 14)
  })
  default = {}

  validation {
    condition     = var.database.instances >= 1 && var.database.minimum_capacity >= 0.5 && var.database.maximum_capacity > var.database.minimum_capacity && var.database.backup_days >= 7 && can(regex("^17(\\.[0-9]+)?$", var.database.engine_version))
    error_message = "database has at least 1 instance, 0.5 units, a maximum above the minimum, 7 days of backup, and engine version 17 or 17.x."
  }
}

variable "upload_days" {
  description = "Days that an uploaded file is kept for a retry: more than ended tasks are."
  type        = number
  default     = 31
}

variable "backup_retention_days" {
  description = "Days that AWS Backup keeps a daily copy."
  type        = number
  default     = 35
}

# Watching

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([7, 14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "log_retention_days is 7, 14, 30, 60, 90, 180 or 365."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms and budget are sent to."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "Each of alarm_emails is an e-mail address."
  }
}

variable "latency_seconds" {
  description = "Budget of 95 of 100 requests."
  type        = number
  default     = 1
}

variable "backlog_alarm" {
  description = "Waiting chunks above which somebody looks."
  type        = number
  default     = 500
}

variable "monthly_budget_usd" {
  description = "Expected cost a month; a forecast above it raises an alarm."
  type        = number
  default     = 500

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd is above zero."
  }
}

variable "dashboard_files" {
  description = "Paths of rendered dashboards (JSON) by short name."
  type        = map(string)
  default     = {}
}
