variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the database."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, one a zone."
  type        = list(string)
}

variable "client_security_groups" {
  description = "Security groups that may connect, by name."
  type        = map(string)
}

variable "engine_version" {
  description = "Version of Aurora PostgreSQL, major 17. Without a minor one AWS takes the one that it recommends."
  type        = string
}

variable "instances" {
  description = "Instances: the writer and its readers."
  type        = number
}

variable "minimum_capacity" {
  description = "Aurora capacity units at least."
  type        = number
}

variable "maximum_capacity" {
  description = "Aurora capacity units at most."
  type        = number
}

variable "backup_days" {
  description = "Days that point-in-time recovery reaches back."
  type        = number
}

variable "kms_key_arn" {
  description = "Key that encrypts data, snapshots and the master secret."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the server's log is kept."
  type        = number
}

variable "deletion_protection" {
  description = "Refuses to delete the cluster, and takes a last snapshot."
  type        = bool
}
