"""What a clerk helps a customer mend: freeze and thaw, a forgotten PIN, another phone number."""
