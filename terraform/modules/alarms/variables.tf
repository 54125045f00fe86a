variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "environment" {
  description = "Name of the environment, a dimension of the application's metrics."
  type        = string
}

variable "topic_arn" {
  description = "Topic that is told."
  type        = string
}

variable "load_balancer" {
  description = "The load balancer's name in metrics."
  type        = string
}

variable "target_group" {
  description = "The target group's name in metrics."
  type        = string
}

variable "groups" {
  description = "Names of the Auto Scaling groups by profile."
  type        = map(string)
}

variable "cache_nodes" {
  description = "The cache's nodes' names in metrics."
  type        = list(string)
}

variable "database_cluster" {
  description = "The database's name in metrics."
  type        = string
}

variable "tasks_table" {
  description = "Name of the table of tasks."
  type        = string
}

variable "tasks_index" {
  description = "Name of that table's index."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the load balancer."
  type        = string
}

variable "latency_seconds" {
  description = "Budget of 95 of 100 requests."
  type        = number
}

variable "backlog" {
  description = "Waiting chunks above which somebody looks."
  type        = number
}
