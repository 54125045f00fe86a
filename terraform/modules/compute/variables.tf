variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "profile" {
  description = "Compose profile that the instances run: web or worker."
  type        = string

  validation {
    condition     = contains(["web", "worker"], var.profile)
    error_message = "profile is web or worker."
  }
}

variable "image_id" {
  description = "Machine image, a literal id: an alias such as resolve:ssm would make a rollback boot another image."
  type        = string
}

variable "instance_type" {
  description = "Type of the instances."
  type        = string
}

variable "disk_gigabytes" {
  description = "Size of the root disk."
  type        = number
}

variable "user_data_base64" {
  description = "Boot script, base64. It holds names and hashes, never a secret."
  type        = string
}

variable "instance_profile_arn" {
  description = "Instance profile."
  type        = string
}

variable "security_group_id" {
  description = "Security group of the instances."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one a zone."
  type        = list(string)
}

variable "target_group_arns" {
  description = "Target groups to register with; empty for none."
  type        = list(string)
  default     = []
}

variable "maximum" {
  description = "Instances at most when the group is made. Afterwards its sizes are the rollout's to set."
  type        = number
}

variable "boot_seconds" {
  description = "Longest time from launch to healthy."
  type        = number
}

variable "warmup_seconds" {
  description = "Time after coming into service until an instance's metrics count."
  type        = number
}

variable "drain_seconds" {
  description = "Longest time a terminating instance has to finish its work."
  type        = number
}

variable "cpu_target" {
  description = "Average CPU to hold, in per cent; null for no such policy."
  type        = number
  default     = null
}

variable "requests_target" {
  description = "Requests a minute and target to hold; null for no such policy."
  type        = object({ per_minute = number, resource_label = string })
  default     = null
}

variable "backlog_target" {
  description = "Waiting chunks an instance to hold; null for no such policy."
  type        = object({ per_instance = number, environment = string })
  default     = null
}

variable "tags" {
  description = "Tags of the instances, their disks and network interfaces, which default tags do not reach."
  type        = map(string)
}
