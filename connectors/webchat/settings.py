"""What the web chat may be told from outside; bootstrap reads it once."""

from pydantic import BaseModel, ConfigDict, Field, HttpUrl


class WebSettings(BaseModel):
    """Settings of the web surface. `public_url` is where browsers reach it, when a proxy stands in between."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    public_url: HttpUrl | None = None  # absent: the address of each request is trusted
    session_days: int = Field(default=14, ge=1, le=90)
    upload_bytes: int = Field(default=20_000_000, ge=100_000)
    form_bytes: int = Field(default=1_000_000, ge=50_000)
    news_seconds: int = Field(default=10, ge=3, le=300)  # how often an open, visible chat asks for creators' answers
    ping_seconds: float = Field(default=15.0, gt=0)  # silence on a live stream before a comment line keeps it open

    @property
    def origin(self) -> str | None:
        """Scheme, host and port of `public_url`, as a browser writes them in Origin."""
        if self.public_url is None:
            return None
        url = self.public_url
        usual = {"http": 80, "https": 443}[url.scheme]
        port = "" if url.port in (None, usual) else f":{url.port}"
        return f"{url.scheme}://{url.host}{port}"

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the surface over TLS, so that cookies may be marked Secure."""
        return self.public_url is not None and self.public_url.scheme == "https"
