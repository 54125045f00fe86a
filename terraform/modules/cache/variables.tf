variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the cache."
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

variable "node_type" {
  description = "Type of the nodes."
  type        = string
}

variable "nodes" {
  description = "Nodes: the primary and its replicas."
  type        = number
}

variable "snapshot_days" {
  description = "Days that daily snapshots are kept."
  type        = number
}

variable "kms_key_arn" {
  description = "Key that encrypts data, snapshots and logs."
  type        = string
}

variable "topic_arn" {
  description = "Topic of failovers and maintenance."
  type        = string
}

variable "log_retention_days" {
  description = "Days that the slow log is kept."
  type        = number
}

variable "deletion_protection" {
  description = "Takes a last snapshot before the cache is deleted."
  type        = bool
}
