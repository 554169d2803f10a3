variable "region" {
  type        = string
  description = "AWS region of all stacks."
  default     = "us-east-1"
}

variable "buildkite_agent_token" {
  type        = string
  description = "Agent registration token of the cluster."
  sensitive   = true
  ephemeral   = true
}

variable "stacks" {
  type = map(object({
    instance_types = string
    min_size       = number
    max_size       = number
  }))
  description = "One stack per entry; the key is the name of the stack and of its queue."
  default = {
    builders  = { instance_types = "m7i.large,m6i.large", min_size = 0, max_size = 20 }
    deployers = { instance_types = "t3.medium", min_size = 2, max_size = 2 }
  }
}
