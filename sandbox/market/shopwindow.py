"""What can be seen without a key: product pictures, and files at addresses that carry their token."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.market.pictures import draw
from sandbox.market.world import World


def window_routes(world: World) -> list[Route]:
    async def picture(request: Request) -> Response:
        key = request.path_params["key"]
        shape = next((product.category for product in world.products.values() if product.key == key), None)
        if shape is None:
            return PlainTextResponse("Not Found", 404)
        return Response(draw(key, shape), media_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})

    async def file(request: Request) -> Response:
        token = request.query_params.get("access_token", "")
        found = world.files.get(token)
        if found is None or not hmac.compare_digest(found.token, token):
            return PlainTextResponse("Not Found", 404)
        headers = {
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(found.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found.content, media_type=found.mime, headers=headers)

    return [Route("/pictures/{key}.svg", picture), Route("/files/{folder}/{name}", file)]
