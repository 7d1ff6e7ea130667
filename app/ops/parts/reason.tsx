/** Why something is done; it may be left out. */
export function ReasonField() {
  return (
    <label>
      Reason (optional) <textarea name="reason" rows={2} maxLength={500} />
    </label>
  );
}

export function reasonIn(form: FormData): { readonly reason?: string } {
  const reason = String(form.get("reason") ?? "").trim();
  return reason === "" ? {} : { reason };
}
