variable "path" {
  description = "Path in front of every parameter's name, /vectordb/<environment>."
  type        = string
}

variable "parameters" {
  description = "Values by name under the path. Not for secrets: they are stored and planned in the clear."
  type        = map(string)
}
