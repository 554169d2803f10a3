# The stack layer: the agent and everything of this project, on an image of the base layer.

variable "distribution" {
  type        = string
  description = "A key of images in versions.json."
}

variable "architecture" {
  type        = string
  description = "amd64 or arm64."
}

variable "base_ami_id" {
  type        = string
  description = "An image of the base layer, in the same region."
}

variable "region" {
  type        = string
  description = "Where the image is made."
}

variable "ami_regions" {
  type        = list(string)
  default     = []
  description = "Further regions that the image is copied to."
}

variable "ami_users" {
  type        = list(string)
  default     = []
  description = "Accounts that may use the image besides the builder's."
}

variable "ami_public" {
  type    = bool
  default = false
}

variable "instance_type" {
  type        = string
  default     = ""
  description = "Of the builder. By default a type that suits the architecture."
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "Where the builder runs: in the default VPC unless given."
}

variable "build_number" {
  type    = string
  default = "none"
}

variable "is_released" {
  type    = bool
  default = false
}

variable "result" {
  type        = string
  default     = "packer-result.json"
  description = "The file that the AMI's ids are written to."
}

# A path in file() counts from this folder.
locals {
  versions  = jsondecode(file("../versions.json"))
  image     = local.versions.images[var.distribution]
  instance  = var.architecture == "arm64" ? "m7g.xlarge" : "m7a.xlarge"
  timestamp = formatdate("YYYY-MM-DD'T'hh-mm-ssZ", timestamp())
  name      = "buildkite-stack-linux-${var.distribution}-${var.architecture}-${local.timestamp}"
  tags = {
    Name         = local.name
    Component    = "elastic-ci-stack"
    OSVersion    = local.image.release
    Distro       = var.distribution
    Architecture = var.architecture
    AgentVersion = local.versions.downloads["buildkite-agent-stable"].version
    BuildNumber  = var.build_number
    IsReleased   = var.is_released
    SourceAMIID  = "{{ .SourceAMI }}"
  }
}

source "amazon-ebs" "stack" {
  ami_name        = local.name
  ami_description = "Buildkite Elastic CI Stack (${var.distribution}, ${var.architecture})"
  ami_regions     = var.ami_regions
  ami_users       = var.ami_users
  ami_groups      = var.ami_public ? ["all"] : []
  snapshot_users  = var.ami_users
  region          = var.region
  source_ami      = var.base_ami_id
  instance_type   = var.instance_type == "" ? local.instance : var.instance_type
  subnet_id       = var.subnet_id
  ssh_username    = local.image.user
  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = { Name = "Packer Builder" }
  run_volume_tags = { Name = "Packer Builder" }

  launch_block_device_mappings {
    device_name           = local.image.device
    volume_type           = "gp3"
    volume_size           = 10
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }

  # No key of the builder stays in the image.
  ssh_clear_authorized_keys = true

  temporary_key_pair_type                   = "ed25519"
  temporary_security_group_source_public_ip = true
  imds_support                              = "v2.0"
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}

build {
  name    = "stack"
  sources = ["source.amazon-ebs.stack"]

  provisioner "shell" {
    inline = ["mkdir -p /var/tmp/image/shared /var/tmp/image/files"]
  }

  provisioner "file" {
    source      = "${path.root}/../versions.json"
    destination = "/var/tmp/image/versions.json"
  }

  provisioner "file" {
    source      = "${path.root}/../shared/"
    destination = "/var/tmp/image/shared"
  }

  provisioner "file" {
    source      = "${path.root}/files/"
    destination = "/var/tmp/image/files"
  }

  # Our user data brings these files too. Under another's the image needs its own: without the watcher nothing would
  # take an instance away whose agent has ended.
  provisioner "file" {
    sources = [
      "${path.root}/../../../userdata/linux/instance.sh",
      "${path.root}/../../../userdata/linux/clear-last-job.sh",
      "${path.root}/../../../userdata/linux/with-environment.sh",
      "${path.root}/../../../userdata/linux/drain-watcher.sh",
      "${path.root}/../../../userdata/linux/liveness.sh",
      "${path.root}/../../../userdata/linux/await-agent.sh",
    ]
    destination = "/var/tmp/image/files/usr/local/lib/buildkite-elastic-ci-stack/"
  }

  provisioner "file" {
    sources = [
      "${path.root}/../../../userdata/linux/buildkite-drain-watcher.service",
      "${path.root}/../../../userdata/linux/buildkite-liveness.service",
      "${path.root}/../../../userdata/linux/buildkite-liveness.timer",
    ]
    destination = "/var/tmp/image/files/etc/systemd/system/"
  }

  # Some hardened images mount /tmp without execution.
  provisioner "shell" {
    remote_folder    = "/var/tmp"
    execute_command  = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    environment_vars = ["IMAGE_USER=${local.image.user}"]
    scripts = [
      "${path.root}/scripts/create-agent-user.sh",
      "${path.root}/scripts/install-agent.sh",
      "${path.root}/scripts/install-plugins.sh",
      "${path.root}/scripts/install-files.sh",
      "${path.root}/scripts/check-stack.sh",
      "${path.root}/../shared/clean-up.sh",
    ]
  }

  post-processor "manifest" {
    output     = var.result
    strip_path = true
  }
}
