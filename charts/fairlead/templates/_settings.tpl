{{/*
What a service reads from its ConfigMap: its settings, and above them what follows from the chart.
Given root and the service's values as service.
*/}}
{{- define "fairlead.settings" -}}
{{- $values := .root.Values -}}
{{- $given := dict -}}
{{- if and .service.http (or $values.ingress.enabled $values.httpRoute.enabled) -}}
{{- $_ := set $given "FAIRLEAD_TRUSTED_PROXIES" (toString $values.trustedProxies) -}}
{{- end -}}
{{- if include "fairlead.linked" . -}}
{{- $_ := set $given "FAIRLEAD_WHATSAPP_LINKED_FOLDER" "/var/lib/fairlead/linked" -}}
{{- end -}}
{{- $ours := dict
  "FAIRLEAD_ADMIN_PORT" "8081"
  "FAIRLEAD_PORT" "8080"
  "FAIRLEAD_PUBLIC_URL" $values.publicUrl
  "FAIRLEAD_FILES" (default "/var/lib/fairlead/files" $values.files.bucket)
  "FAIRLEAD_INSTALLED" (keys $values.services | sortAlpha | join ",")
  "FAIRLEAD_SANDBOX" "no"
-}}
{{- toYaml (mergeOverwrite $given .service.settings $ours) -}}
{{- end -}}

{{/* A variable from an existing Secret: given root, component, variable and secret. */}}
{{- define "fairlead.secret" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret.name | replace "{service}" (.component | replace "_" "-") }}
      key: {{ .secret.key }}
      {{- if .secret.optional }}
      optional: true
      {{- end }}
{{- end -}}

{{/* Not empty for the service that has the sessions of linked devices: given root and component. */}}
{{- define "fairlead.linked" -}}
{{- if and (eq .component "whatsapp_gateway") .root.Values.linkedDevices.existingClaim -}}
yes
{{- end -}}
{{- end -}}
