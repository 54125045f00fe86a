variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "load_balancer_arn" {
  description = "Load balancer to protect."
  type        = string
}

variable "requests_per_five_minutes" {
  description = "Requests from one address in five minutes before it is blocked."
  type        = number
}
