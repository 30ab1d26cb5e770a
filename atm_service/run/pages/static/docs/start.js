// Swagger UI (version 5.35.0, unchanged, Apache-2.0: see LICENSE.txt) shows this service's own document, and asks nobody else.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#document", deepLinking: true, defaultModelsExpandDepth: 0, validatorUrl: null });
