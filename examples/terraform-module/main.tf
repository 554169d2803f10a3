terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = var.region
}

# Builders scale with their queue; deployers are always two instances.
module "ci" {
  source   = "./module"
  for_each = var.stacks

  stack_name            = each.key
  buildkite_queue       = each.key
  buildkite_agent_token = var.buildkite_agent_token
  instance_types        = each.value.instance_types
  min_size              = each.value.min_size
  max_size              = each.value.max_size
  tags                  = { Team = "platform" }
}
