variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "files" {
  description = "Paths of rendered dashboards (JSON) by short name."
  type        = map(string)
}

variable "load_balancer" {
  description = "The load balancer's name in metrics."
  type        = string
}

variable "target_group" {
  description = "The target group's name in metrics."
  type        = string
}

variable "cache_nodes" {
  description = "The cache's nodes' names in metrics."
  type        = list(string)
}
