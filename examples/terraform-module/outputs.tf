output "auto_scaling_groups" {
  description = "Name of each stack's Auto Scaling group."
  value       = { for name, stack in module.ci : name => stack.auto_scaling_group_name }
}

output "instance_roles" {
  description = "ARN of each stack's instance role, for grants to its agents."
  value       = { for name, stack in module.ci : name => stack.instance_role_arn }
}
