import { refuse, type Refused } from "./case";

const SCRIPT = { content_type: "text/x-shellscript", content: "#!/bin/sh\n" };

export const wrongUserData: readonly Refused[] = [
  refuse(
    "extra user data on Windows",
    { instance_operating_system: "windows", extra_user_data: [SCRIPT] },
    '{extra_user_data} is given, but {instance_operating_system} is "windows", whose user data is one script',
  ),
  refuse(
    "a part of user data that cloud-init does not know",
    { extra_user_data: [SCRIPT, { ...SCRIPT, content_type: "text/plain" }] },
    "{extra_user_data} is not shown, but it must have in each item a content type that is one of text/x-shellscript, text/cloud-config,",
  ),
  refuse(
    "an empty part of user data",
    { extra_user_data: [{ ...SCRIPT, content: "" }] },
    "{extra_user_data} is not shown, but it must have in each item a content that is not empty",
  ),
];
