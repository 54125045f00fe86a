variable "name" {
  description = "Name of the environment's resources."
  type        = string
}

variable "files" {
  description = "Paths of rendered dashboards (JSON) by short name."
  type        = map(string)
}
