{{/* What every object's name begins with. With "-", a service and "-migration" it has to fit into 63. */}}
{{- define "fairlead.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 30 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* A component's name where Kubernetes wants one: given (dict "root" $ "component" "api_gateway"). */}}
{{- define "fairlead.name" -}}
{{- printf "%s-%s" (include "fairlead.fullname" .root) (.component | replace "_" "-") -}}
{{- end -}}

{{/* What tells a component's pods from all others, for ever: selectors cannot change. */}}
{{- define "fairlead.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component | replace "_" "-" }}
{{- end -}}

{{- define "fairlead.labels" -}}
{{ include "fairlead.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: fairlead
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "fairlead.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "fairlead.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* The reference of a service's image: given root, component and its values as service. */}}
{{- define "fairlead.image" -}}
{{- $image := .root.Values.image -}}
{{- if .service.image -}}
{{- .service.image -}}
{{- else -}}
{{- $path := compact (list $image.registry $image.repository .component) | join "/" -}}
{{- printf "%s:%s" $path (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}
