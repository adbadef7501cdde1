import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Agent, MiddlewareOptions } from '@holdfast/agent';
import { BadRequestException, Controller, Get, Module, Param } from '@nestjs/common';
import { BaseExceptionFilter, NestFactory } from '@nestjs/core';
import express from 'express';
import Fastify from 'fastify';
import Koa from 'koa';

/** A server with the routes that the tests ask for. */
export interface ServerUnderTest {
  readonly url: string;
  close(): Promise<void>;
}

/** What the routes do, whatever the framework. */
export interface Handlers {
  /** `GET /users/:id` */
  readonly user: (id: string) => Promise<object>;
  /** `GET /bad`: an error with the status 400. */
  readonly bad: () => never;
}

interface Setup {
  readonly agent: Agent;
  readonly options?: MiddlewareOptions;
  readonly handlers: Handlers;
}

export const frameworks: Readonly<Record<string, (setup: Setup) => Promise<ServerUnderTest>>> = {
  async express({ agent, options, handlers }) {
    const app = express();
    const holdfast = agent.express(options);
    app.use(holdfast);
    app.get('/users/:id', async (request, response) => {
      response.json(await handlers.user(request.params.id));
    });
    app.get('/bad', handlers.bad);
    app.use(holdfast.errors);
    const answer: express.ErrorRequestHandler = (...[error, , response]) =>
      response.status(error.status ?? 500).json({ error: 'Express itself would print it' });
    app.use(Object.defineProperty(answer, 'length', { value: 4 }));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { url: urlOf(server), close: () => closed(server) };
  },

  async fastify({ agent, options, handlers }) {
    const app = Fastify({ forceCloseConnections: true });
    await app.register(agent.fastify(options));
    await app.register(async (scope) => {
      scope.get<{ Params: { id: string } }>('/users/:id', (request) => handlers.user(request.params.id));
      scope.get('/bad', handlers.bad);
    });
    return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
  },

  async koa({ agent, options, handlers }) {
    const app = new Koa();
    app.silent = true;
    app.use(agent.koa(options));
    app.use(async (context) => {
      const [, route, id = ''] = context.path.split('/');
      // As @koa/router leaves it.
      Object.assign(context, { _matchedRoute: route === 'users' ? '/users/:id' : '/bad' });
      if (route === 'users') context.body = await handlers.user(id);
      if (route === 'bad') handlers.bad();
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return { url: urlOf(server), close: () => closed(server) };
  },

  async nest({ agent, options, handlers }) {
    const app = await NestFactory.create(nestModule(handlers), {
      logger: false,
      forceCloseConnections: true,
    });
    const holdfast = agent.nest(options);
    app.use(holdfast.middleware);
    app.useGlobalFilters(holdfast.filter(new BaseExceptionFilter(app.getHttpAdapter())));
    await app.listen(0, '127.0.0.1');
    return { url: await app.getUrl(), close: () => app.close() };
  },
};

/** Nest's decorators, called as the functions that they are. */
function nestModule({ user, bad }: Handlers): new () => object {
  class Users {
    user(id: string): Promise<object> {
      return user(id);
    }

    bad(): void {
      try {
        bad();
      } catch (error) {
        throw new BadRequestException(undefined, { cause: error });
      }
    }
  }
  Controller()(Users);
  Get('users/:id')(Users.prototype, 'user', descriptorOf(Users.prototype, 'user'));
  Param('id')(Users.prototype, 'user', 0);
  Get('bad')(Users.prototype, 'bad', descriptorOf(Users.prototype, 'bad'));
  class App {
    readonly name = 'app';
  }
  Module({ controllers: [Users] })(App);
  return App;
}

function descriptorOf(target: object, member: string): TypedPropertyDescriptor<unknown> {
  return Object.getOwnPropertyDescriptor(target, member) ?? {};
}

function urlOf(server: Server): string {
  const { port } = server.address() as AddressInfo; // it listens on a port
  return `http://127.0.0.1:${port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
